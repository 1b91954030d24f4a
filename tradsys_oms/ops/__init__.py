"""What operators see and touch: control socket, metrics and health, logs, state directory, child processes.

Nothing in here decides about orders: each part is handed callables by the daemon and knows no more than those.
"""
