"""What raters' answers come to: agreement, disagreements and rulings, values, win rates."""
