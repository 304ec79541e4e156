"""The differential mode of the conformance suite: generated cases, every host, and LaunchDarkly's own SDKs as oracles."""
