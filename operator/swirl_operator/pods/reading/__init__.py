"""What Kubernetes says about a Pod, each kind of its words in a file: pure.

Every text that is looked for here is one that Kubernetes' own components write.
"""
