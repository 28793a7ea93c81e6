# Accuracy over virtual time, from a run's metrics.csv:
#   gnuplot -e "run='runs/mnist-s2015'" docs/accuracy.gp > docs/accuracy.svg
set terminal svg size 760,380 font "sans-serif,13" background "#ffffff"
set datafile separator ","
set key bottom right
set grid ytics lc rgb "#dddddd"
set border 3
set tics nomirror
set xlabel "virtual time, s"
set ylabel "right answers, per 100 ms"
set yrange [0.7:1]
curve(name) = sprintf("< grep ',%s,accuracy,' %s/metrics.csv", name, run)
plot curve("softmax")   using ($1/1e9):4 with lines lw 2 lc rgb "#888888" title "softmax", \
     curve("mlp")       using ($1/1e9):4 with lines lw 2 lc rgb "#3a78b5" title "mlp", \
     curve("quadratic") using ($1/1e9):4 with lines lw 2 lc rgb "#d08a2e" title "quadratic", \
     curve("lenet")     using ($1/1e9):4 with lines lw 2 lc rgb "#b23a48" title "lenet5", \
     curve("votes")     using ($1/1e9):4 with lines lw 2 dt 2 lc rgb "#222222" title "vote of the four"
