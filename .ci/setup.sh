# What run, test, data/fetch and .ci/run share: which Debian packages the project needs, and how to build it.
# Sourced by bash. The caller sets `root` to the top of the project.
# shellcheck shell=bash disable=SC2034

readonly build_packages=(
  g++ cmake ninja-build pkg-config
  libzmq3-dev cppzmq-dev libeigen3-dev libcli11-dev libfmt-dev catch2 libtomlplusplus-dev libxxhash-dev libutfcpp-dev
  librandom123-dev nlohmann-json3-dev libsqlite3-dev libbenchmark-dev zlib1g-dev librabbitmq-dev libpcre2-dev libssl-dev
  libfast-float-dev libpng-dev libcpp-httplib-dev libprotozero-dev libasio-dev
)
readonly broker_packages=(rabbitmq-server python3-pika openssl)
# The tests of programs in other languages run these.
readonly program_packages=(python3 python3-numpy python3-pandas python3-sklearn python3-jsonschema mypy nodejs
  sqlite3 gnuplot-nox)
# What the tests of foreign clients run beside them: pika, Celery, node for amqplib.
readonly client_packages=(python3-pika python3-celery nodejs)
readonly page_packages=(chromium nodejs)  # the tests of pages
# What the terminal's side is tested with: a graph, completion in other shells, man pages.
readonly terminal_packages=(graphviz zsh fish groff-base)
readonly full_program_packages=(python3-torch)
readonly package_packages=(dpkg-dev file)  # cpack makes a Debian package with these
readonly ci_packages=(clang clang-format qemu-user faketime locales tzdata)

# What data/fetch brings; scenarios that need one of them are told by its folder.
readonly data_sets=(mnist fashion-mnist seattle-weather flights iris)

say() { printf '%s\n' "$*" >&2; }

die() {
  local status="$1"
  shift
  say "$(basename "$0"): $*"
  exit "$status"
}

# Runs a command and shows what it printed only when it fails.
quietly() {
  local output
  local status=0
  output="$("$@" 2>&1)" || status=$?
  if ((status != 0)); then say "$output"; fi
  return "$status"
}

# Runs ninja as `quietly` does, and shows meanwhile on a terminal how far it is, unless show_progress is false.
ninja_with_progress() {
  if ! "$show_progress" || [[ ! -t 2 || "${TERM:-dumb}" == dumb ]]; then
    quietly ninja "$@"
    return
  fi
  local output status=0
  output="$(mktemp)"
  NINJA_STATUS='[%f/%t] ' ninja "$@" 2>&1 | tee "$output" | show_ninja_progress || status=$?
  if ((status != 0)); then cat "$output" >&2; fi
  rm -f "$output"
  return "$status"
}
show_progress=true

# Reads what ninja prints into a pipe, a line for each step that is done, and shows the last one's place on one line.
show_ninja_progress() (
  trap 'printf "\r\e[K" >&2' EXIT
  trap 'exit 130' INT TERM
  while IFS= read -r line; do
    if [[ "$line" =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
      printf '\r%3d %%, %d of %d steps\e[K' "$((100 * BASH_REMATCH[1] / BASH_REMATCH[2]))" \
        "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" >&2
    fi
  done
)

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    say "this needs root, and there is no sudo: $*"
    return 1
  fi
}

# Installs the named Debian packages that are missing; when none is, it only asks dpkg. On other
# systems it does nothing: CMake names what it cannot find.
install_packages() {
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || return 0
  local installed missing=() package
  # dpkg-query fails when it does not know one of the names, but prints those that it knows.
  # shellcheck disable=SC2016
  installed="$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)"
  for package in "$@"; do
    [[ $'\n'"$installed"$'\n' == *$'\n'"$package installed"$'\n'* ]] || missing+=("$package")
  done
  ((${#missing[@]} > 0)) || return 0

  say "Installing ${missing[*]}"
  quietly as_root apt-get update ||
    say "apt-get update failed; trying with the package lists that are there"
  without_starting_services quietly as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "${missing[@]}" ||
    die 3 "could not install ${missing[*]} (see above); install them by hand and try again"
}

# Runs a command that installs packages, without starting their services; a RabbitMQ that was not
# there before is not started at the next boot either, because the tests start their own. The
# system's other rules for services (policy-rc.d) are left as they are.
without_starting_services() (
  if [[ ! -d /run/systemd/system ]]; then "$@"; exit; fi
  had_rabbitmq=false policy=/usr/sbin/policy-rc.d
  if [[ -e /usr/sbin/rabbitmqctl ]]; then had_rabbitmq=true; fi
  if [[ ! -e "$policy" ]]; then
    trap 'as_root rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
  fi
  "$@" || exit
  if ! "$had_rabbitmq" && [[ -e /usr/sbin/rabbitmqctl ]]; then
    quietly as_root systemctl disable rabbitmq-server.service epmd.service epmd.socket || true
  fi
)

# Unpacks the npm package $1 of version $2, whose archive has the SHA-256 $3, into the folder $4, unless that is
# there; only its files $5…, if any are named.
fetch_npm_package() (
  [[ ! -e "$4" ]] || exit 0
  files=("${@:5}")
  if ! command -v npm >/dev/null; then install_packages npm; fi
  command -v npm >/dev/null || die 3 "npm is missing; install it (Debian: the package npm) and try again"
  say "Fetching $1 $2"
  mkdir -p "$(dirname "$4")" && work="$(mktemp -d "$(dirname "$4")/.fetch.XXXXXX")" || die 3 "cannot write beside $4"
  trap 'rm -rf "$work"' EXIT
  cd "$work" || exit
  quietly npm pack "$1@$2" --ignore-scripts --loglevel=error ||
    die 3 "npm could not fetch $1 $2 (see above); is the network there, and the disk not full?"
  got="$(sha256sum ./*.tgz | cut -d ' ' -f 1)"
  [[ "$got" == "$3" ]] || die 3 "$1 $2 is not what it was: SHA-256 is $got, expected $3"
  quietly tar --no-same-owner -xzf ./*.tgz "${files[@]/#/package/}" || die 3 "could not unpack $1 $2 (see above)"
  mv package "$4" || die 3 "cannot write $4"
)

# The targets to build; empty: everything.
build_targets=()

# Builds into folder $1; the other arguments are CMake options, used the first time. Ninja runs
# CMake again when needed. Files are compiled sixteen at a time, which takes half the time.
build() {
  local folder="$1"
  shift
  "$root/sim/report/fetch" || return
  if [[ ! -e "$folder/build.ninja" ]]; then
    say "Configuring ${folder#"$root"/}/"
    quietly cmake -S "$root" -B "$folder" -G Ninja -DCMAKE_UNITY_BUILD=ON \
      -DCMAKE_UNITY_BUILD_BATCH_SIZE=16 "$@" || return
  fi
  say "Building in ${folder#"$root"/}/"
  ninja_with_progress -C "$folder" -j "$(nproc)" "${build_targets[@]}"
}

passed=0
failed=0

# Which of its tests a build runs. Those on the full data sets need these fetched, those with the
# label `broker` need RabbitMQ.
ctest_choice=(-LE 'full|broker')

# Builds into folder $1 with CMake options $2… and runs its tests, adding to `passed` and `failed` what CTest
# counted. A build that fails counts as one failure.
build_and_test() {
  local folder="$1"
  if ! build "$@"; then
    say "The build in ${folder#"$root"/}/ failed (see above)"
    failed=$((failed + 1))
    return
  fi
  local report="$folder/ctest.xml"
  rm -f "$report"
  local status=0
  (
    cd "$folder" || exit
    exec "${test_wrapper[@]}" ctest --output-on-failure --no-tests=error -j3 "${ctest_choice[@]}" \
      --output-junit ctest.xml
  ) || status=$?
  local all bad not_run
  all="$(junit_count "$report" tests)"
  bad="$(junit_count "$report" failures)"
  not_run=$(($(junit_count "$report" skipped) + $(junit_count "$report" disabled)))
  # CTest's own verdict takes precedence over the counts.
  if ((status != 0 && bad == 0)); then
    bad=1
    if ((all == 0)); then all=1; fi
  fi
  if ((not_run > 0)); then say "$not_run tests of ${folder#"$root"/}/ were not run"; fi
  passed=$((passed + all - bad - not_run))
  failed=$((failed + bad))
}
test_wrapper=()

# Runs the tests on the sample with AddressSanitizer and UndefinedBehaviorSanitizer, without those
# that match the regex of CTest labels $2; builds into folder $1, with CMake options $3….
test_with_address_sanitizer() {
  # These are many whole programs, each of which other tests run as well: minutes for little.
  local folder="$1" ctest_choice=(-LE "full|$2" -E '^(broker/faults|python/scenarios|system/determinism)$')
  shift 2
  build_and_test "$folder" -DCMAKE_BUILD_TYPE=Release -DDSE_SANITIZE=address "$@"
}

# Runs the tests of code with threads, and of what drives it, with ThreadSanitizer.
test_with_thread_sanitizer() {
  local build_targets=(dse dse_planted test_unit_{world,record,regression,simulation,support,amqp,live,attach,listener} test_system)
  local test_wrapper=()
  local ctest_choice=(-LE 'full|broker'
    -R '^(unit/(world|record|regression|simulation|support|amqp|live|attach|listener)|scenario|system/(diff|explore|interrupt|saved_learner|verify))')
  local -x TSAN_OPTIONS="suppressions=$root/tests/support/tsan.suppressions"
  # The ThreadSanitizer of gcc 12 does not start where the kernel randomises addresses more than it
  # expects.
  if setarch --addr-no-randomize true 2>/dev/null; then test_wrapper=(setarch --addr-no-randomize); fi
  build_and_test "$root/build-tsan" -DCMAKE_BUILD_TYPE=Release -DDSE_SANITIZE=thread
  # Tests run on two threads; more of them meet more often.
  if quietly "${test_wrapper[@]}" "$root/build-tsan/dse" verify --quiet --threads 4 \
    "$root"/scenarios/{few-digits,sample-four-models}.toml; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
}

# The attribute $2 of the test suite in CTest's report $1; 0 without a report.
junit_count() {
  local value=""
  if [[ -e "$1" ]]; then value="$(grep -m 1 -oP "^\s*\b$2=\"\K[0-9]+" "$1" || true)"; fi
  printf '%s' "${value:-0}"
}

# The last line of every test command.
closing_line() {
  printf '%d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0))
}
