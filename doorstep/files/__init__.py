"""What people send us as files: photos now, looked at, stripped and kept.

Public: errors, photos.
"""
