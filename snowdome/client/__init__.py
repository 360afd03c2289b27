"""What a client needs: ``connection()``, and starting, finding and stopping the local account."""
