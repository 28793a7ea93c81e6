# Accuracy over the delay of labels, from the folder of an exploration:
#   gnuplot -e "run='runs/label-delay-explored'" docs/experiments/label-delay.gp > docs/experiments/label-delay.svg
set terminal svg size 640,320 font "sans-serif,13" background "#ffffff"
set grid ytics lc rgb "#dddddd"
set border 3
set tics nomirror
set xlabel "delay of labels, s"
set ylabel "right answers"
set xrange [0:10]
set yrange [0.5:0.95]
set key top right
rows = sprintf("< awk -F, '$2 == \"model.accuracy\" { x = $1 + 0; if ($1 ~ /ms$/) x /= 1000; print x, $5, $6, $7 }' %s/spread.csv", run)
plot rows using 1:2:4 with filledcurves lc rgb "#cfe0f0" title "quartiles over seeds", \
     rows using 1:3 with linespoints lw 2 pt 7 ps 0.6 lc rgb "#3a78b5" title "median"
