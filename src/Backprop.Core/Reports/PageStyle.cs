namespace Backprop.Reports;

/// <summary>Colours and layout of the page, for light and dark screens and for narrow ones.</summary>
internal static class PageStyle
{
    /// <summary>How many distinct colours there are: --c0, --c1, ….</summary>
    public const int ColourCount = 7;

    /// <summary>The style sheet.</summary>
    /// <remarks>The colours are distinct to the colour-blind: Okabe and Ito (2008), "Color universal design", without black. On dark
    /// screens they are lighter.</remarks>
    public const string Sheet = """
        :root {
          color-scheme: light dark; --lightness: 40%; background: #fff; color: #111;
          --c0: #0072b2; --c1: #e69f00; --c2: #009e73; --c3: #cc79a7; --c4: #d55e00; --c5: #56b4e9; --c6: #b8a800;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --lightness: 65%; background: #121212; color: #eee;
            --c0: #3d9fe0; --c1: #f0b429; --c2: #1fc796; --c3: #e294be; --c4: #ff7a33; --c5: #8fd3ff; --c6: #d6c72a;
          }
        }
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 760px; margin: 2em auto; padding: 0 1em; overflow-wrap: anywhere; }
        body { background: inherit; color: inherit; }
        h1 { font-size: 1.6em; line-height: 1.25; }
        dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(155px, 1fr)); gap: 1em; margin: 1.5em 0; }
        dt, small { font-size: 13px; opacity: .75; }
        dd { margin: 0; font-size: 1.35em; line-height: 1.3; font-variant-numeric: tabular-nums; }
        dd small { display: block; line-height: 1.4; }
        figure { margin: 2em 0; }
        figcaption b, figcaption span { display: inline-block; margin-right: 1.2em; }
        figcaption i { display: inline-block; width: 1em; height: .25em; margin-right: .4em; vertical-align: middle; }
        svg { width: 100%; overflow: visible; }
        svg text { font-size: 12px; fill: currentColor; }
        svg path { fill: none; stroke-width: 1.8; }
        .grid { stroke: currentColor; opacity: .15; }
        .mark { stroke: currentColor; stroke-dasharray: 4 4; opacity: .6; }
        .warning { border-left: 4px solid var(--c4); padding-left: .8em; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
        th, td { text-align: right; padding: .1em .8em; }
        .kept { font-weight: bold; }
        h2 { margin-top: 2.5em; font-size: 1.3em; border-bottom: 1px solid; padding-bottom: .2em; }
        nav a { display: inline-block; margin-right: 1em; }
        .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 0 2em; }
        .pair figure { margin: 1em 0; min-width: 0; }
        svg.small { max-width: 480px; }
        .names th:first-child, .names td:first-child { text-align: left; padding-left: 0; }
        .names { margin-bottom: 1em; white-space: nowrap; }
        .facts, .names th { white-space: normal; }
        .facts th, .facts td { text-align: left; }
        a { color: var(--c0); }
        .bars { width: 100%; }
        .bars td { text-align: left; padding: .15em .4em .15em 0; vertical-align: middle; }
        .bars td:nth-child(2) { width: 40%; }
        .bars td:last-child { white-space: nowrap; font-size: 13px; }
        .bars svg { display: block; height: 1.2em; }
        .band { fill: var(--c0); opacity: .25; }
        .fill { fill: var(--c0); opacity: .6; }
        .dot { fill: var(--c0); opacity: .6; }
        .curve { stroke: var(--c0); }
        .error { stroke: currentColor; stroke-width: 1.5; vector-effect: non-scaling-stroke; }
        .right { background: color-mix(in srgb, var(--c2) 25%, transparent); }
        @media (max-width: 520px) {
          svg text { font-size: 21px; }
          svg.small text { font-size: 12px; }
          .names { white-space: normal; }
          th, td { padding: .1em .4em; }
          .bars td:nth-child(2) { width: 25%; }
          .bars td:last-child { white-space: normal; min-width: 9.5em; }
        }
        """;
}
