"""From the ministry's files to rounds.

    readers (grid, csvfile, jsonfile, xlsxfile)   bytes → sheets of text cells
    contract, contracts                           what a kind of file holds, one TOML file each
    matching                                      which contract fits, and what each column is
    values                                        one cell → code, number, date, or what is wrong
    schools, persons                              the rows of a sheet → figures by school
    guess                                         academic year and round, from name and content
    reading                                       all of these on one file, in a child process
    difference, storing                           what changes, and the import as a round

A file with one error imports nothing; every problem is listed with its row and column. Lists of
persons are counted while they are read: what identifies anybody is neither kept nor repeated.
"""
