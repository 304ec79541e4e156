"""A fleet of instances that notice a change of a document one by one, and the journeys of its users."""
