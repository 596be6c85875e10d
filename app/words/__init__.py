"""The words the stations share: ``Frame``, ``Inspection``, ``Finding``, ``Verdict``, ``Reason``.

Stations (sources, inspection, store, review) know these and not each other's insides.
"""
