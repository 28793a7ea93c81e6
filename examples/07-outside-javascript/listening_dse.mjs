// `dse attach --listen` for a test: started before it, stopped after it.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const PASSWORD = "only-for-tests";
const DSE = process.env.DSE ?? "dse"; // the program

export class ListeningDse {
  // When it has started, `url` is what the application under test connects to. `options` are more of dse attach.
  static async start(scenario, ...options) {
    const dse = new ListeningDse();
    dse.scenario = scenario;
    dse.folder = mkdtempSync(join(tmpdir(), "dse-"));
    dse.run = join(dse.folder, "run");
    const [users, password] = [join(dse.folder, "users"), join(dse.folder, "password")];
    writeFileSync(password, `${PASSWORD}\n`);
    const all = ["--configure", ".*", "--write", ".*", "--read", ".*"];
    execFileSync(DSE, ["user", "add", "app", "--users", users, "--password-file", password, ...all]);
    dse.process = spawn(
      DSE,
      ["attach", scenario, "--listen", "amqp://127.0.0.1:0", "--users", users, "--out", dse.run, ...options],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    dse.ended = once(dse.process, "exit");
    for await (const line of createInterface(dse.process.stdout)) {
      const address = line.match(/^listening on amqp:\/\/(\S+)/)?.[1];
      if (!address) continue;
      dse.url = `amqp://app:${PASSWORD}@${address}/%2f`;
      dse.said = "";
      dse.process.stdout.on("data", (said) => (dse.said += said));
      dse.process.stdout.resume();
      return dse;
    }
    throw new Error("dse does not listen; what it says of that is on stderr");
  }

  // Its exit status: 0 when all is well, 1 when an expectation of the scenario does not hold, which is printed. After
  // it, `run` is the run directory.
  async stop() {
    this.process.kill("SIGINT");
    const [status] = await this.ended;
    if (status !== 0) console.log(this.said);
    return status;
  }

  summary(run = this.run) {
    return JSON.parse(readFileSync(join(run, "summary.json"), "utf-8"));
  }

  // The summary of the run again, without the application: from what came in.
  replay() {
    const again = join(this.folder, "again");
    execFileSync(DSE, ["replay", this.scenario, "--capture", join(this.run, "capture"), "--out", again, "--quiet"]);
    return this.summary(again);
  }

  remove() {
    rmSync(this.folder, { recursive: true });
  }
}
