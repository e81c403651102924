"""The storm simulator and its grader: truth is known, so every claim can be scored."""
