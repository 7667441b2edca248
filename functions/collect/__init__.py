"""Takes the files of departments' front-end nodes: each line is a message as on the queue."""
