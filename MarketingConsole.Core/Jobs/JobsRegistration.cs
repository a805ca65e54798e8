using MarketingConsole.Core.Data;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Quartz;

namespace MarketingConsole.Core.Jobs;

public static class JobsRegistration
{
    /// <summary>Quartz with its store in the console's own database; several nodes share the work on SQL Server and PostgreSQL.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services, IConfiguration configuration, string contentRoot)
    {
        services.AddSingleton<JobService>();
        var database = DatabaseOptions.From(configuration, contentRoot);
        services.AddQuartz(q =>
        {
            q.ConfigureScheduler(x =>
            {
                x.InstanceName = "MarketingConsole";
                x.ShutdownJobInterruption = ShutdownJobInterruption.Always;
                x.InstanceId = database.Provider == DatabaseProvider.Sqlite ? "single" : "AUTO";
            });
            q.UseDefaultThreadPool(x => x.MaxConcurrency = 8);
            q.UsePersistentStore(store =>
            {
                switch (database.Provider)
                {
                    case DatabaseProvider.PostgreSql:
                        store.UsePostgres(NpgsqlFactory.Instance, database.ConnectionString);
                        store.UseClustering(_ => { });
                        break;
                    case DatabaseProvider.SqlServer:
                        store.UseSqlServer(SqlClientFactory.Instance, database.ConnectionString);
                        store.UseClustering(_ => { });
                        break;
                    default:
                        store.UseSqlite(SqliteFactory.Instance, database.ConnectionString);
                        break;
                }

                store.ConfigureStore(x => x.RecoverFiringsCancelledByShutdown = true);
                store.ProvisionSchema();
                store.UseSystemTextJsonSerializer();
            });
        });
        services.AddQuartzHostedService(x => x.WaitForJobsToComplete = true);
        services.AddHostedService<LostRuns>();
        services.AddSingleton<JobSchedules>();
        services.AddSingleton<JobHistory>();
        foreach (var type in typeof(ConsoleJob).Assembly.GetTypes().Where(x => x.IsSubclassOf(typeof(ConsoleJob)) && !x.IsAbstract))
        {
            services.AddSingleton(new JobType(type));
        }

        return services;
    }
}
