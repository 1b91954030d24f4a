"""What an order does when it comes to the market, and what that sets off."""
