# Accuracy over the share of labels that are lost, from the folder of an exploration:
#   gnuplot -e "run='runs/label-loss-explored'" docs/experiments/label-loss.gp > docs/experiments/label-loss.svg
set terminal svg size 640,320 font "sans-serif,13" background "#ffffff"
set grid ytics lc rgb "#dddddd"
set border 3
set tics nomirror
set xlabel "labels that are lost, %"
set ylabel "right answers"
set xrange [0:50]
set yrange [0.5:0.95]
set key top right
rows = sprintf("< awk -F '[][\",]+' '$4 == \"model.accuracy\" { print 100 * $2 / $3, $7, $8, $9 }' %s/spread.csv", run)
plot rows using 1:2:4 with filledcurves lc rgb "#cfe0f0" title "quartiles over seeds", \
     rows using 1:3 with linespoints lw 2 pt 7 ps 0.6 lc rgb "#3a78b5" title "median"
