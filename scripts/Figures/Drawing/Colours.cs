namespace Backprop.Figures;

/// <summary>The colours of all figures. Those of curves are distinct to the colour-blind: Okabe and Ito (2008), "Color universal
/// design".</summary>
internal static class Colours
{
    public const string Paper = "#ffffff", Ink = "#1f2328", Muted = "#59636e", Grid = "#e4e8ec", Border = "#d1d9e0";

    public const string Blue = "#0072b2", Orange = "#d55e00", Green = "#009e73", Pink = "#b3578f", Amber = "#b87f00", Sky = "#3a94cf";

    public const string Black = "#333333", Grey = "#8b949e";

    public const string BlueTint = "#e6f1f8", OrangeTint = "#fbeadf", GreenTint = "#e2f4ee", GreyTint = "#f6f8fa", PinkTint = "#f7ebf3";
}
