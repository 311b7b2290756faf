"""Döcs.
__version__ = "1.2.3"
"""
# __version__ = "1.2.3"
x = '#'; y = '''
__version__ = '1.2.3'
'''
__version__ = '1.2.3'  # it's ours
