"""Networks of which only names, shapes and settings count."""


def blank(build, *args, **options):
    """Builds a network whose weights have no values, which take most of the time.

    Args:
        build: function that returns a Keras model.
        *args: its arguments.
        **options: its keyword arguments.

    Returns:
        The model, with all names and shapes. It is not to be run, filled or saved.
    """
    import keras

    policy = keras.config.dtype_policy()
    try:
        with keras.StatelessScope(initialize_variables=False):
            return build(*args, **options)
    finally:
        # Else the next network that is built would give them values.
        keras.utils.clear_session(free_memory=False)
        keras.config.set_dtype_policy(policy)
