"""Software, models and data sets: how a soft entry is detected and a package installed, as stages of a plan."""
