"""The commands of ``stripsight``, one file each: ``add_parser`` names its arguments, ``run`` does the work.

A command module is light to import; numpy, torch and Qt are imported inside ``run``, so that ``stripsight --help``
answers at once.
"""
