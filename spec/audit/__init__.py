"""The tester tested: faithful kernels must live, mutants must not, and no bound may be refuted."""
