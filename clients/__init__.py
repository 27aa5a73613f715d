"""Programs that stand between Slate's services and other programs. They call the services over HTTP only."""
