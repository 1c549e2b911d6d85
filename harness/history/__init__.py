"""What jobs on the main branch measured, commit after commit, and where it changed. It informs, and decides nothing.

``series`` reads what jobs measured, ``breaks`` finds where it changed, ``telling`` says so as plain data, ``page`` draws it.
"""
