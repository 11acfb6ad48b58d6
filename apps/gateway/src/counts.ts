/** What came and went, by kind of gateway and outcome: `/metrics` shows it, and nothing is left out by silence. */
export type Counts = {
  add(name: CountName, kind: string, outcome: string): void;
  /** Prometheus text. */
  text(): string;
};

const help = {
  webhooks: 'Webhooks by how they were answered.',
  ignored: 'Parts of webhooks that are none of ours, by what they are.',
  sends: 'Messages by how their sending ended.',
  statuses: 'What gateways told of sent messages.',
} as const;

type CountName = keyof typeof help;

/** A gateway can name its events as it likes: beyond this many names they are counted together. */
const seriesMax = 500;

export function createCounts(): Counts {
  const series = new Map<string, number>();
  return {
    add(name, kind, outcome) {
      const label = (value: string): string => value.replace(/[^\w.:-]/g, '_').slice(0, 60);
      const wanted = `typelane_gateway_${name}_total{kind="${label(kind)}",outcome="${label(outcome)}"}`;
      const key =
        series.has(wanted) || series.size < seriesMax ? wanted : `typelane_gateway_${name}_total{kind="${label(kind)}",outcome="other"}`;
      series.set(key, (series.get(key) ?? 0) + 1);
    },
    text() {
      const lines = Object.entries(help).flatMap(([name, words]) => {
        const own = [...series].filter(([key]) => key.startsWith(`typelane_gateway_${name}_total{`));
        const head = [`# HELP typelane_gateway_${name}_total ${words}`, `# TYPE typelane_gateway_${name}_total counter`];
        return own.length === 0 ? [] : [...head, ...own.map(([key, count]) => `${key} ${count}`)];
      });
      return `${lines.join('\n')}\n`;
    },
  };
}
