"""Time travel: the desk's picture at any past journal position, worked out beside the live one."""
