"""Markets whose prices are made in call auctions by those who trade in them."""
