"""The daemon's end of the lines to other markets: links of venues, their health, and their processes."""
