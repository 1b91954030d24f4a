"""TradSys OMS: a FIX exchange gateway and order management system that runs as one long-lived daemon.

Dependencies between the packages point one way: cli -> ops -> daemon -> {fix, venues, clearing} -> journal -> core.
"""

__version__ = "0.1.0"
