"""Training steps and predictions of all papers on each of Keras's backends.

`bench` measures, on a GPU where the backends find one; each backend has a process of
its own, `peer`, in which `networks` lists what runs and `steps` trains and predicts.
Nothing that `peer` imports needs TensorFlow, unless that is the backend.
"""
