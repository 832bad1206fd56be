"""Scripts of CM and mlcflow: what they need and offer, and how their own tool is started. None is executed to tell."""
