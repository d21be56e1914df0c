import { Box } from "@mantine/core";
import type { EChartsOption } from "echarts";
import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";

use([BarChart, LineChart, ScatterChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

/** A drawing with a sentence for whoever does not see it; a table beside it has the figures. */
export function Plot({ option, height, label }: { option: EChartsOption; height: number; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return undefined;
    const chart = init(box.current, undefined, { renderer: "svg" });
    chart.setOption(option);
    const sized = new ResizeObserver(() => chart.resize());
    sized.observe(box.current);
    return () => {
      sized.disconnect();
      chart.dispose();
    };
  }, [option]);
  return <Box ref={box} h={height} role="img" aria-label={label} />;
}
