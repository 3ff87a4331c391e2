"""Exact text-visual retrieval: ranks, metrics, fused scores, paired tests and nearest items.

Nothing is imported here, so that metrics and tests of significance never load torch.
"""
