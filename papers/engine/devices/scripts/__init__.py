"""Commands and scripts that a user runs elsewhere: for Ray, Slurm, several machines."""
