-- Advisory locks and large objects of one service's database are for its two roles alone. Run as superuser, as often as
-- one likes. Services wait for each other by such locks: whoever else held one would hold up a service for as long.
DO $$
DECLARE
  held regprocedure;
BEGIN
  FOR held IN
    SELECT oid FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^(pg_advisory_|pg_try_advisory_|lo_|loread$|lowrite$)'
      AND has_function_privilege('public', oid, 'EXECUTE')
  LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I, %s', held, current_database(),
                   (SELECT datdba::regrole FROM pg_database WHERE datname = current_database()));
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', held);
    -- who may not revoke gets a mere warning
    IF has_function_privilege('public', held, 'EXECUTE') THEN
      RAISE insufficient_privilege USING MESSAGE = format('only a superuser can take %s from everybody', held);
    END IF;
  END LOOP;
END
$$;
