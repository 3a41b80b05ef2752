"""`manage.py up`: the one command that starts, watches and stops everything Doorstep needs on a machine.

Runs before Django is set up, because the settings read an environment that this package makes. Linux only.

main         the command line and the order of steps      supervisor   start, watch, mend, stop
environment  generated secrets and addresses (.data/env)  process      one child and its log
postgres     the local PostgreSQL server                  services     web, worker, beat, Valkey as children
roles        its roles, database and extensions           prepare      migrate, collect files, demo (in its own process)
programs     where the servers' programs are, and who     lock         one run per clone
             runs them when we are root                   ports, machine, terminal, failure
"""
