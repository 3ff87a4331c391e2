"""The method's formulas a second time, in NumPy alone, and numbers that they gave."""
