# Accuracy, and how long a row waits for its answer, over the length of the queue, from the folder of an exploration:
#   gnuplot -e "run='runs/queue-limit-explored'" docs/experiments/queue-limit.gp > docs/experiments/queue-limit.svg
set terminal svg size 640,320 font "sans-serif,13" background "#ffffff"
set grid ytics lc rgb "#dddddd"
set border 11
set tics nomirror
set logscale x
set xlabel "max\\_length of the queue, messages"
set ylabel "right answers"
set y2label "median wait, s"
set y2tics
set xrange [10:10000]
set yrange [0.5:0.95]
set y2range [0:9]
set key left center
rows(metric) = sprintf("< awk -F, '$2 == \"%s\" { print $1, $5, $6, $7 }' %s/spread.csv", metric, run)
plot rows("model.accuracy") using 1:2:4 with filledcurves lc rgb "#cfe0f0" title "quartiles over seeds", \
     rows("model.accuracy") using 1:3 with linespoints lw 2 pt 7 ps 0.6 lc rgb "#3a78b5" title "right answers, median", \
     rows("model.infer_sojourn_p50_ns") using 1:($3/1e9) axes x1y2 with linespoints lw 2 dt 2 pt 5 ps 0.6 lc rgb "#b23a48" title "wait"
