UPDATE repo SET star_count = 0;
