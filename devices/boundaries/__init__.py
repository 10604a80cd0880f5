"""Official files of boundaries, hamlets and sites: read, placed, repaired, and told what is wrong with them."""
