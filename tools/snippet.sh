# Options come from MOMO_... in the environment.
momo-token --header
