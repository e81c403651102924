"""The pages that work without JavaScript, and the words on them: values in, HTML out."""
