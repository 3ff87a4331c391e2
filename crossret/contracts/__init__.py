"""What a plugin may rely on: Protocols and plain data, one module per kind of component.

Nothing here imports torch at run time, so that a plugin's registration module stays light.
"""
