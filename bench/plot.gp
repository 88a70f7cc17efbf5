# plot.gp: one plot; name, data and out are set by the caller.
set terminal svg size 720,420 font "sans,12" background "white"
set output out
set grid ytics
set key top left
set format x "%.0s%c"

if (name eq "growth-postings") {
	set title "The whole pipe, warm Redis"
	set logscale xy
	set xlabel "postings"
	set ylabel "seconds"
	set y2label "MB, all programs together"
	set y2tics
	set y2range [0:*]
	set ytics nomirror
	plot data using 1:2 with linespoints pt 7 title "time", \
	     data using 1:3 axes x1y2 with linespoints pt 5 title "peak memory"
}
if (name eq "growth-pairs") {
	set title "The cache in Redis"
	set logscale x
	set xlabel "pairs"
	set ylabel "used\\_memory, MB"
	set y2label "pairs looked up a second"
	set y2tics
	set format y2 "%.0s%c"
	set yrange [0:*]
	set y2range [0:*]
	set ytics nomirror
	plot data using 1:2 with linespoints pt 7 title "memory", \
	     data using 1:3 axes x1y2 with linespoints pt 5 title "speed of senenrich without a memo"
}
if (name eq "stages") {
	set title "A warm day"
	set style data histogram
	set style fill solid 0.6
	set ylabel "CPU seconds"
	set y2label "peak memory, MB"
	set y2tics
	set ytics nomirror
	set yrange [0:*]
	set y2range [0:*]
	plot data using 2:xtic(1) title "CPU", data using 3 axes x1y2 title "memory"
}
if (name eq "compare") {
	set title "Postings a second, all pairs known"
	set style data histogram
	set style fill solid 0.6
	set format y "%.0s%c"
	set yrange [0:*]
	set xtics font ",10"
	unset key
	plot data using 2:xtic(1)
}
