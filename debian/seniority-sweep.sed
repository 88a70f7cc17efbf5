# Makes seniority-sweep.service of seniority.service: the same, but for what it runs and when it ends.
1s/.*/# A run that takes every hole there is. seniority-sweep.timer starts it once a day./
s/^Description=.*/Description=Add seniority levels to job postings that every run has passed by/
/^\[Unit\]/a StartLimitIntervalSec=1h\nStartLimitBurst=100
s/^ExecStart=.*/& --sweep/
# a comment on the line behind it
/^# 75: a service/,/^# in the lag/d
s/^SuccessExitStatus=.*/# 75: most often a run of the minute is under way. It is soon over.\
Restart=on-failure\
RestartPreventExitStatus=1 2\
RestartSec=20\
SuccessExitStatus=SIGTERM/
