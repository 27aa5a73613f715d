"""What more than one part of Slate needs: contracts, recognition, and the web behaviour the services share."""
