# Accuracy with and without starting again, over the delay of labels, from the folder of an exploration:
#   gnuplot -e "run='runs/drift-and-recovery-explored'" docs/experiments/drift-and-recovery.gp > docs/experiments/drift-and-recovery.svg
set terminal svg size 640,320 font "sans-serif,13" background "#ffffff"
set grid ytics lc rgb "#dddddd"
set border 3
set tics nomirror
set xlabel "delay of labels, s"
set ylabel "right answers"
set xrange [0:5]
set yrange [0.35:0.95]
set key bottom left
rows(metric) = sprintf("< awk -F, '$2 == \"%s\" { x = $1 + 0; if ($1 ~ /ms$/) x /= 1000; print x, $5, $6, $7 }' %s/spread.csv", metric, run)
plot rows("renews.accuracy") using 1:2:4 with filledcurves lc rgb "#cfe0f0" notitle, \
     rows("keeps.accuracy") using 1:2:4 with filledcurves lc rgb "#f0d5d8" notitle, \
     rows("renews.accuracy") using 1:3 with linespoints lw 2 pt 7 ps 0.6 lc rgb "#3a78b5" title "starts again at an alarm", \
     rows("keeps.accuracy") using 1:3 with linespoints lw 2 pt 5 ps 0.6 lc rgb "#b23a48" title "learns on"
