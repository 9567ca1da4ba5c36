"""What people send us as files: photos, looked at, stripped and kept; papers, told by what is in them and shut until they are scanned.

Public: errors, file_types, held, models, papers, photos.
"""
