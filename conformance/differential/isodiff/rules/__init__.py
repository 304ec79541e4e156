"""The rules of evaluation written a second time: slow, plain, and with every known difference between SDKs as a switch.

isoflag never runs this. It says what each SDK would answer if exactly these points were as that SDK has them, so that a
divergence is explained by the points that cause it and by nothing else.
"""
