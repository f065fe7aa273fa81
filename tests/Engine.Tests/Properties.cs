using System.Globalization;
using FsCheck;

namespace Slerp.Engine.Tests;

/// <summary>How properties are checked: the same cases in every run, so that no run fails by the luck of its draw.</summary>
/// <remarks><c>SLERP_PROPERTIES=N</c> draws anew and takes N times as many cases: the way to look for what the fixed ones miss.</remarks>
internal static class Properties
{
    private const ulong Seed = 20_261_122;
    private const ulong Gamma = 1_442_695_040_888_963_407;

    public static void Holds(this Property property, int cases = 100)
    {
        var config = Config.QuickThrowOnFailure;
        property.Check(
            Environment.GetEnvironmentVariable("SLERP_PROPERTIES") is { } factor
                ? config.WithMaxTest(cases * int.Parse(factor, CultureInfo.InvariantCulture))
                : config.WithMaxTest(cases).WithReplay(Seed, Gamma));
    }
}
