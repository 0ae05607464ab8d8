"""The four pools as components for other programs, in Python and, through `plugin/`, in Pulumi's other languages."""
