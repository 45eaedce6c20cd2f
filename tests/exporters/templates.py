"""Files as Canvas and Moodle export them, and what is in the folder where they are filled."""

import csv
import io
from pathlib import Path

CANVAS = """\
\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Notes,week1 (4711),week2 (4712),week1 Final Score
,,,,,,Manual Posting,,
"    Points Possible",,,,,,7.00,10.00,(read only)
"Lovelace, Ada",1001,u1,ada,"A, morning",=1+1,,3.00,88.00
"Zhang, ""Bo"" L",1002,u2,zhang,B,,5.00,,
"Núñez, Carmen",1003,u3,CARMEN@example.org,A,,,,
"Ivanov, Dmitri",1004,u4,dmitri,B,,,,
"Student, Test",1999,,c0ffee,A,,,,
""".replace("\n", "\r\n")
WORKSHEET = """\
Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",Modified
"Participant 11","Ada Lovelace",ada@example.org,"Submitted for grading",,7.00,Yes,-
"Participant 12","Bo Zhang",bo.zhang@example.org,"Submitted for grading",,7.00,No,-
"Participant 13","Okafor",emeka@example.org,"No submission",,7.00,Yes,-
"""
GRADEBOOK = """\
Surname;ID number;Email address;"Assignment: week1 (Real)";"Assignment: week1 (Percentage)";"Sum (Real)"
Lovelace;77;ada@example.org;-;-;"12,50"
=cmd;bo;other@example.org;"3,00";42 %;-
"""


def files():
    return [path.name for path in Path().iterdir()]


def written(name):
    return list(csv.reader(io.StringIO(Path(name).read_bytes().decode("utf-8-sig"), newline="")))
