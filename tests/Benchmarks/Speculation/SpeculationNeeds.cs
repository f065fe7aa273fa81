using Slerp.Benchmarks.Measuring;

namespace Slerp.Benchmarks.Speculation;

/// <summary>What drafters need beside the checkpoint.</summary>
internal static class SpeculationNeeds
{
    /// <summary>Whether a drafter has it; says so where it has not.</summary>
    public static bool Has(string drafter, BenchSettings settings)
    {
        var has = drafter switch
        {
            "draft" => settings.DraftFolder is not null || Directory.Exists(settings.Folder + "-draft"),
            "mlp" => Directory.Exists(settings.Folder + "-mlp"),
            _ => true,
        };
        if (!has)
        {
            Progress.Say($"  {drafter} is left out: there is nothing beside this checkpoint that it could draft with.");
        }

        return has;
    }
}
