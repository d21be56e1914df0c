"""What every Sasayaki service is bolted to; it knows no word of any service's subject."""
