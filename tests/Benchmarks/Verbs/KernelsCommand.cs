using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Slerp.Benchmarks.Verbs;

/// <summary>The kernels under BenchmarkDotNet; what follows the verb is its own command line.</summary>
internal static class KernelsCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var arguments = new Argument<string[]>("arguments") { Arity = ArgumentArity.ZeroOrMore, Description = "BenchmarkDotNet's own, after --: -- --filter *Product*" };
        var command = new Command("kernels", "Kernels alone, under BenchmarkDotNet.") { arguments };
        command.SetAction(parsed =>
        {
            // In process: the build of this house puts its outputs where BenchmarkDotNet's own projects do not look.
            var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
            BenchmarkSwitcher.FromAssembly(typeof(KernelsCommand).Assembly).Run(parsed.GetValue(arguments), config);
            return 0;
        });
        return command;
    }
}
